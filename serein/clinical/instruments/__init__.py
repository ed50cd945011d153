"""Score an answered questionnaire.

>>> from serein.clinical.instruments import score
>>> score("gad-7", {str(n): 2 for n in range(1, 8)}).band
'moderate'
"""

from serein.clinical.instruments.scoring import NotAnAnswer, Score, score

__all__ = ["NotAnAnswer", "Score", "score"]
