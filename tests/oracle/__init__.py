"""An independent reading of the event contract, and traffic to check the product with."""
