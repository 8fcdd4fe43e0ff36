"""Archives: members, the containers and compressions that hold them, bags, and the safe way back."""
