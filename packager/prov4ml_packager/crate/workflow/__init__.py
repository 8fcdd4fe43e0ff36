"""What Workflow and Provenance Run Crate add: the workflow, its slots, its steps, and their engine."""
