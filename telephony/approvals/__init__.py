"""Acts that wait for a person's yes, and questions to colleagues, in the middle of a call: who is asked, who may
decide, the signed grant, and the gate that nothing passes without it."""
