"""A real Kafka, a real MongoDB and the four services as child processes on one machine."""
