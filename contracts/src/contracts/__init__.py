"""What Güzgü's services say to each other: messages, topics, the item bank."""
