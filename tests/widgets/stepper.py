"""The convolution stepper's page as tests read it."""

import numpy as np

from tests.widgets.conftest import settle

IMAGE, KERNEL = np.arange(42).reshape(6, 7) % 9 - 2, np.array([[1, -2, 0], [3, 0.5, -1]])


def shown(page, selector):
    settle(page)
    return page.locator(f".convolution {selector}").inner_text()


def numbers(page, name):
    settle(page)
    texts = page.locator(f".{name} svg g text").all_text_contents()
    return [float(each.replace("−", "-")) for each in texts]
