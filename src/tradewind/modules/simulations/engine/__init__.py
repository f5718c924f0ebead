"""What a simulated visitor says next, and what is checked at the end; pure, without a database."""
