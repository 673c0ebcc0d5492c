import pytest

from scanner.engine.budget import Allowance, Limits
from scanner.model.source import Unreadable
from scanner.model.vocabulary import Cause


def test_what_a_child_spends_its_parent_spends_too():
    parent = Allowance(items=10, made_bytes=100, deadline=float("inf"))
    limits = Limits(items_per_artifact=8)
    for _ in range(2):
        child = parent.child(limits, own_bytes=0)
        child.spend_items(5)
    with pytest.raises(Unreadable) as stopped:
        parent.child(limits, own_bytes=0).spend_items(1)
    assert stopped.value.cause is Cause.LIMIT


def test_an_artifact_may_not_make_more_bytes_than_its_ratio():
    limits = Limits(ratio=10, ratio_floor_bytes=50)
    child = Allowance.for_file(limits).child(limits, own_bytes=6)
    child.spend_bytes(60)
    with pytest.raises(Unreadable):
        child.spend_bytes(1)


def test_wall_time_is_the_last_guard():
    late = Allowance(items=10**9, made_bytes=10**9, deadline=0.0)
    with pytest.raises(Unreadable) as stopped:
        late.spend_items(1001)
    assert stopped.value.cause is Cause.TIMED_OUT


def test_an_image_of_a_whole_disk_may_take_as_long_and_hold_as_much_as_it_needs():
    limits, disk_bytes = Limits(), 256 << 30
    assert limits.seconds_for(1 << 30) == limits.seconds
    assert limits.seconds_for(disk_bytes) == 128 * limits.seconds
    budget = Allowance.for_file(limits, disk_bytes)
    budget.child(limits, own_bytes=disk_bytes).spend_bytes(disk_bytes)
    budget.spend_items(100_000_000)
