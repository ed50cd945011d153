"""The kernel under the compiler's sanitizers: no access outside what it was given, no overflow, nothing kept.

A program in C includes the kernel and calls it with strange sizes and extreme bodies; the sanitizers end it at the first fault.
"""

import os
import subprocess
from pathlib import Path

import pytest

from hatch_build import KINETICS, compiler

HERE, ROOT = Path(__file__).parent, Path(__file__).parents[3]
SANITIZERS = ("-fsanitize=address,undefined,float-cast-overflow", "-fno-sanitize-recover=all", "-fno-omit-frame-pointer")


@pytest.fixture(scope="module")
def driver(tmp_path_factory):
    cc = compiler()
    if cc is None:
        pytest.skip("no C compiler: no kernel either")
    program = tmp_path_factory.mktemp("driver") / "driver"
    kernel = f'-DKERNEL="{ROOT / KINETICS / "kernel.c"}"'
    flags = ("-O0", "-g", "-std=gnu11", "-ffp-contract=off", "-Wno-psabi", "-DENTRY", kernel, *SANITIZERS)
    done = subprocess.run([cc, *flags, str(HERE / "kernel_driver.c"), "-o", str(program), "-lm"], capture_output=True, text=True)
    if "sanitize" in done.stderr or "lasan" in done.stderr:
        pytest.skip("this compiler has no sanitizers")
    assert done.returncode == 0, done.stderr
    return program


def run(driver, what):
    # The sanitizer would end the program where memory is refused; the kernel answers that itself.
    options = {**os.environ, "ASAN_OPTIONS": "allocator_may_return_null=1:detect_leaks=1"}
    return subprocess.run([driver, what], env=options, capture_output=True, text=True, timeout=120)


def test_strange_sizes_and_extreme_bodies_touch_nothing_else_and_leave_nothing(driver):
    done = run(driver, "whole")
    assert done.returncode == 0 and done.stdout == "80 rounds\n", done.stderr[-3000:]


@pytest.mark.parametrize(("slip", "found"), [("short", "heap-buffer-overflow"), ("leak", "LeakSanitizer")])
def test_the_sanitizers_would_have_found_it(driver, slip, found):
    done = run(driver, slip)
    assert done.returncode != 0 and found in done.stderr
