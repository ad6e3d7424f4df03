"""Results: labelled data of a run, its tables, differences and explanations."""
