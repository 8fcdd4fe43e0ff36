"""What should not travel: pseudonyms for double-blind review, and the search for likely secrets."""
