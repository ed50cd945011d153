"""Explainable risk of physical dependence and of harm: how likely, why, and what a course must therefore not do."""
