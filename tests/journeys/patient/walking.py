"""A patient in a browser: answers pages by what stands on them."""

from playwright.sync_api import Page


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def choose(page: Page, answer: str) -> None:
    page.get_by_label(answer, exact=True).check()
    press(page, "Save and go on")


def heading(page: Page) -> str:
    return page.locator("h1").inner_text()


def all_items(page: Page, label: str = "Several days") -> None:
    """One answer to every item of a questionnaire page."""
    for group in page.locator("fieldset").all():
        option = group.get_by_label(label, exact=True)
        if option.count():
            option.check()
