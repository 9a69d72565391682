"""Guessing is hopeless, and nobody is locked out for ever by somebody else's guesses. Time is turned by hand."""

from telephony.access.tries import ADDRESS, KEYS_MAX, PAIR, USER, Limit, Tries

HOME, CAFE = "192.0.2.7", "198.51.100.9"


def until_refused(tries: Tries, user: str, address: str, device: str | None = None, now: float = 0.0) -> int:
    done = 0
    while done < 1000 and tries.may(user, address, device, now):
        tries.failed(user, address, device, now)
        done += 1
    return done


def from_everywhere(tries: Tries, user: str, now: float) -> int:
    """An attacker with a new address for every try."""
    done = 0
    while done < 1000 and tries.may(user, address := f"203.0.{done // 250}.{done % 250}", None, now):
        tries.failed(user, address, None, now)
        done += 1
    return done


def test_one_user_from_one_address_is_tried_a_few_times_then_they_wait():
    tries = Tries()
    assert until_refused(tries, "ana", HOME) == PAIR.tries
    assert tries.may("ana", CAFE, None, 0.0) and tries.may("ben", HOME, None, 0.0)
    assert not tries.may("ana", HOME, None, PAIR.seconds - 1)
    assert tries.may("ana", HOME, None, PAIR.seconds)


def test_many_users_from_one_address_are_tried_no_more_than_an_office_needs():
    tries = Tries()
    assert sum(until_refused(tries, f"user{n}", HOME) for n in range(100)) == ADDRESS.tries
    assert not tries.may("somebody.new", HOME, None, 0.0) and tries.may("somebody.new", CAFE, None, 0.0)


def test_one_user_from_addresses_without_number_is_tried_so_often_an_hour():
    assert from_everywhere(Tries(), "ana", 0.0) == USER.tries


def test_strangers_guesses_never_keep_a_user_out_of_a_device_of_their_own():
    tries = Tries()
    device = tries.device("ana")
    for hour in range(48):
        from_everywhere(tries, "ana", hour * USER.seconds)
        until_refused(tries, "ana", HOME, now=hour * USER.seconds)  # from the very address she has, too
        assert tries.may("ana", HOME, device, hour * USER.seconds)


def test_a_known_device_may_not_guess_without_end_either():
    tries = Tries()
    assert until_refused(tries, "ana", HOME, tries.device("ana")) == PAIR.tries


def test_a_device_is_known_for_its_user_alone_and_cannot_be_made_up():
    tries = Tries()
    from_everywhere(tries, "ana", 0.0)
    for device in (tries.device("ben"), "made.up", "", "." * 40, Tries().device("ana")):
        assert not tries.may("ana", HOME, device, 0.0)


def test_a_password_that_was_right_takes_back_the_slips_before_it():
    tries = Tries()
    for _ in range(PAIR.tries - 1):
        tries.failed("ana", HOME, None, 0.0)
    tries.failed("ana", HOME, None, 0.0)
    tries.right("ana", HOME, None)
    assert until_refused(tries, "ana", HOME) == PAIR.tries


def test_one_house_s_ipv6_addresses_are_one_place():
    tries = Tries()
    until_refused(tries, "ana", "2001:db8:1:2::7")
    assert not tries.may("ana", "2001:db8:1:2:ffff::9", None, 0.0)
    assert tries.may("ana", "2001:db8:1:3::7", None, 0.0)
    until_refused(tries, "ben", HOME)
    assert not tries.may("ben", f"::ffff:{HOME}", None, 0.0)


def test_counters_take_bounded_room():
    tries = Tries()
    for n in range(KEYS_MAX):
        tries.failed(f"user{n}", "not an address", None, 0.0)
    assert len(tries._failed) == KEYS_MAX


def test_limits_hold_a_million_pins_for_a_century():
    """What the count by user leaves to guess a PIN of twelve digits, from anywhere."""
    assert isinstance(USER, Limit) and 10**12 / (USER.tries / USER.seconds) / (365 * 24 * 3600) > 100
