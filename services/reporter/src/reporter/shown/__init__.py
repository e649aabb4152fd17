"""From a released snapshot to what may be shown of it, and the figures computed from that alone."""
