"""What ministry, coordinators and respondents can have done: each act whole, and staff's acts in the audit log."""
