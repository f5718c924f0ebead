"""What workers do: take due messages, hand them to channels, write down what happened, look after what was left."""
