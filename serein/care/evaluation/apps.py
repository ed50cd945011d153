from django.apps import AppConfig


class EvaluationConfig(AppConfig):
    name = "serein.care.evaluation"
    label = "evaluation"
