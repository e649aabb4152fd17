"""Who is looking: how they sign on, what may be opened for them, the proof that a form is ours."""
