"""How fast the product is, beside what it could be: ratios within one run, on real servers."""
