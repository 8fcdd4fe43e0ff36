"""Which nodes of a picture stand together in a frame: agents, bundles, and activities with what is theirs."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from .labels import title
from .picture import Picture, is_part_of
from .text import shown

_INSIDE = ("wasInformedBy", "wasStartedBy")


@dataclass(frozen=True)
class Frames:
    """The frame of each group that is in one, and what is written on it."""

    home: Mapping[int, str]
    titles: Mapping[str, str]


def frames_of(picture: Picture) -> Frames:
    """Return the frames of a picture.

    An activity is inside another if it is part of it; documents that do not say so start it by, or inform it
    from, the outer one only. What is related to one inner activity and no other activity is in its frame.
    """
    groups = picture.groups
    activities: defaultdict[int, set[int]] = defaultdict(set)
    outer: defaultdict[int, set[int]] = defaultdict(set)
    for arrow in picture.arrows:
        one, other = arrow.effect, arrow.cause
        if groups[one].kind == groups[other].kind == "activity":
            if one != other and (is_part_of(arrow) or arrow.relation in _INSIDE):
                outer[one].add(other)
        else:
            if groups[other].kind == "activity":
                activities[one].add(other)
            if groups[one].kind == "activity":
                activities[other].add(one)
    home: dict[int, str] = {}
    titles: dict[str, str] = {}
    for at, group in enumerate(groups):
        bundles = {member.key[0] for member in group.members}
        (bundle, *others) = bundles
        if bundle is not None and not others:
            home[at] = f"bundle {bundle}"
            titles[home[at]] = shown(f"bundle {bundle}", 60)
        elif group.kind == "agent":
            home[at], titles["agents"] = "agents", "agents"
        elif group.kind == "activity" and len(outer[at]) == 1:
            home[at] = f"activity {at}"
            titles[home[at]] = title(group)
    for at, group in enumerate(groups):
        if group.kind in ("entity", "unnamed") and at not in home and len(activities[at]) == 1:
            (activity,) = activities[at]
            if home.get(activity) == f"activity {activity}":
                home[at] = home[activity]
    sizes = Counter(home.values())
    # A frame around an activity that has nothing of its own would only say its name twice.
    alone = {at for at, frame in home.items() if frame == f"activity {at}" and sizes[frame] == 1}
    return Frames({at: frame for at, frame in home.items() if at not in alone}, titles)
