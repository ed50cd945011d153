"""Exactly once, whoever races: sixteen at a time, against each other, a cancellation, an ending licence. With a control that fails."""

import threading
from collections import Counter
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection, transaction

from serein.care.prescribing.actions import dispensing
from serein.care.prescribing.actions.dispensing import Dispensed, TooLate
from serein.care.prescribing.actions.signing import Cancelled
from serein.care.prescribing.models import Dispensing, Prescription, PrescriptionState
from serein.foundation.people.keys import Refused
from serein.foundation.people.models import Licence

from .signed import AT, cancel_one, dispense_one, sign_one, small_clinic

THREADS = 16


@pytest.fixture(autouse=True)
def own_keys(settings, tmp_path):
    settings.STATE = tmp_path


@pytest.fixture
def place(committed):
    with transaction.atomic():
        return small_clinic()


def race(tasks: list[Callable[[int], object]], rounds: int) -> list[list[object]]:
    """Every task in its own thread and connection, released together for each round; the answers of each round."""
    gate = threading.Barrier(len(tasks))
    answers: list[list[object]] = [[] for _ in range(rounds)]

    def run(task: Callable[[int], object]) -> None:
        try:
            for number in range(rounds):
                gate.wait(60)
                answers[number].append(task(number))
        except BaseException as error:
            gate.abort()
            answers[0].append(error)
            raise
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(task,)) for task in tasks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def dispensings(place, one) -> int:
    with transaction.atomic():
        place.slip(one, by=place.pharmacist)
        return Dispensing.objects.count()


def sixteen_pharmacists_race(place, rounds):
    with transaction.atomic():
        others = [place.pharmacist, *(place.clinic.pharmacist(f"Racer {n}") for n in range(3))]
    ones = [sign_one(place) for _ in range(rounds)]

    def racer(number: int) -> Callable[[int], object]:
        by, at = others[number % len(others)], AT + timedelta(seconds=number)
        return lambda n: dispense_one(place, ones[n], by=by, at=at)

    for one, answers in zip(ones, race([racer(i) for i in range(THREADS)], rounds), strict=True):
        assert Counter(type(a) for a in answers) == {Dispensed: 1, TooLate: THREADS - 1}, answers
        won = next(a for a in answers if isinstance(a, Dispensed))
        assert {(a.first.at, a.first.pharmacy) for a in answers if isinstance(a, TooLate)} == {(won.at, won.pharmacy)}
        assert dispensings(place, one) == 1


def test_of_sixteen_pharmacists_exactly_one_dispenses_each_prescription(place):
    sixteen_pharmacists_race(place, 25)


@pytest.mark.long
@pytest.mark.timeout(1800)
def test_of_sixteen_pharmacists_exactly_one_dispenses_each_of_four_hundred(place):
    sixteen_pharmacists_race(place, 400)


def test_the_control_that_reads_and_then_writes_dispenses_twice(place):
    """The same race against the obvious code. If this ever passes by luck, the race above proves nothing."""
    ones = [sign_one(place) for _ in range(15)]

    @transaction.atomic
    def naive(one) -> bool:
        place.slip(one, by=place.pharmacist)
        row = Prescription.objects.get(pk=one.id)
        if row.state != PrescriptionState.SIGNED:
            return False
        return Prescription.objects.filter(pk=one.id).update(state=PrescriptionState.DISPENSED) == 1

    doubles = [answers for answers in race([lambda n: naive(ones[n])] * THREADS, len(ones)) if answers.count(True) > 1]
    assert len(doubles) > len(ones) / 2


def test_the_unique_fill_holds_even_without_the_conditional_update(place, monkeypatch):
    """The second bolt: were the UPDATE not conditional, the table itself refuses the second row."""
    from django.db.models import QuerySet
    from django.db.utils import IntegrityError

    one = sign_one(place)
    real = QuerySet.update
    monkeypatch.setattr(
        QuerySet, "update", lambda self, **kw: 1 if kw == {"state": PrescriptionState.DISPENSED} else real(self, **kw)
    )

    def attempt(_: int) -> object:
        try:
            return dispense_one(place, one)
        except IntegrityError as error:
            return error

    answers = race([attempt] * 8, 1)[0]
    assert [type(a) for a in answers].count(Dispensed) == 1 and dispensings(place, one) == 1


def test_of_a_cancellation_and_dispensings_at_once_exactly_one_happens(place):
    ones = [sign_one(place) for _ in range(25)]

    answers = race([lambda n: cancel_one(place, ones[n]), *[lambda n: dispense_one(place, ones[n])] * 3], len(ones))
    for one, round_ in zip(ones, answers, strict=True):
        kinds = Counter(type(a) for a in round_)
        assert kinds[Cancelled] + kinds[Dispensed] == 1, round_
        assert dispensings(place, one) == kinds[Dispensed]
        assert all(isinstance(a, (Cancelled, Dispensed, Refused)) for a in round_)


def test_a_licence_that_is_ended_meanwhile_waits_for_the_dispensing_or_stops_it(place, monkeypatch):
    """Two orders of one interleaving: whoever takes the licence's lock first is served first, and the other sees what happened."""
    first, second = sign_one(place), sign_one(place)
    held, go, order = threading.Event(), threading.Event(), []
    real = dispensing._recorded

    def slow(*args):
        held.set()
        assert go.wait(30)
        order.append("dispensed")
        return real(*args)

    def end() -> None:
        with transaction.atomic():
            Licence.objects.filter(practitioner=place.pharmacist.practitioner_id).update(ended_at=AT, ended_why="retired")
            order.append("ended")
        connection.close()

    def give() -> None:
        answers.append(dispense_one(place, first))
        connection.close()

    answers: list[object] = []
    monkeypatch.setattr(dispensing, "_recorded", slow)
    giving, ending = threading.Thread(target=give), threading.Thread(target=end)
    giving.start()
    assert held.wait(30)
    ending.start()
    ending.join(0.5)
    assert ending.is_alive(), "ending the licence did not wait for the dispensing that relies on it"
    go.set()
    giving.join(30)
    ending.join(30)
    assert order == ["dispensed", "ended"] and isinstance(answers[0], Dispensed)
    refused = dispense_one(place, second)
    assert isinstance(refused, Refused) and refused.code == "licence-ended"
