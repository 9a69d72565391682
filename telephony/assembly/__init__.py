"""What a service is put together from, once, at its start: engines, minds, people, carriers, rooms of the desk."""
