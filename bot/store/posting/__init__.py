"""Slots and deliveries in the database."""
