"""Dispatch and assignment pages."""
