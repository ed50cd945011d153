"""What else is in the body, and what else is wrong with it?"""
