"""The soak itself: it sees what grows and nothing else, and its work is work."""

from __future__ import annotations

import random
import sys
import time
from pathlib import Path

import pytest

from tests.soak.growth import FEWEST, Growth, Sample, sample
from tests.soak.lab import lab_apart
from tests.soak.work import CHECKED, checks

MIB = 1 << 20


def samples(memory: list[float], descriptors: list[int] | None = None) -> list[Sample]:
    held = descriptors or [8] * len(memory)
    return [
        Sample(float(at), at, int(size * MIB), number, 1)
        for at, (size, number) in enumerate(zip(memory, held, strict=True))
    ]


def test_what_is_flat_after_its_beginning_does_not_grow() -> None:
    dice = random.Random(1)  # noqa: S311
    warming = [60 + 4 * at for at in range(20)]
    growth = Growth.of(samples(warming + [140 + dice.uniform(-2, 2) for _ in range(20)]))
    assert growth.faults == ()
    assert abs(growth.memory) < 4 * MIB


def test_memory_that_grows_to_the_end_is_a_fault() -> None:
    """A leak of half a MiB a sample, in the noise of an allocator."""
    dice = random.Random(2)  # noqa: S311
    growth = Growth.of(samples([80 + 0.5 * at + dice.uniform(-1, 1) for at in range(60)]))
    assert growth.memory == pytest.approx(14.5 * MIB, rel=0.15)
    (fault,) = growth.faults
    assert fault.startswith("memory grew by 1")


def test_descriptors_that_are_not_closed_are_a_fault() -> None:
    growth = Growth.of(samples([80] * 40, [8 + at // 4 for at in range(40)]))
    assert growth.faults == ("descriptors grew by 4.6",)
    assert Growth.of(samples([80] * 40, [8 + at % 2 for at in range(40)])).faults == ()


def test_too_few_samples_say_nothing() -> None:
    with pytest.raises(ValueError, match="too few"):
        Growth.of(samples([80] * (2 * FEWEST - 2)))


@pytest.mark.skipif(sys.platform != "linux", reason="samples are of /proc")
def test_the_list_is_checked_and_fixed_in_a_process_that_holds_no_lab(tmp_path: Path) -> None:
    with lab_apart(CHECKED) as lab:
        done = []
        for number, hosts in enumerate(checks(lab, tmp_path, time.monotonic() + 600), 1):
            done.append(sample(float(number), hosts))
            if number == 3:
                break
    assert [one.done for one in done] == [7, 14, 21]
    assert (tmp_path / "bundle.pem").read_bytes().startswith(b"# CA bundle")
    assert done[-1].descriptors <= done[0].descriptors
