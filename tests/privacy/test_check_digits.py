"""Check digits of the standards, with numbers computed by hand."""

from minxin.privacy import check_digits


def test_check_digits_tell_right_from_wrong():
    assert check_digits.identity("11010519491231002X")
    assert check_digits.identity("11010519491231002x")
    assert not check_digits.identity("110105194912310021")
    assert not check_digits.identity("1101051949123100")
    assert check_digits.luhn("6222021001112345670")
    assert not check_digits.luhn("6222021001112345671")
    assert check_digits.credit_code("91211100MA0ABC123G")
    assert not check_digits.credit_code("91211100MA0ABC1230")
    assert not check_digits.credit_code("91211100MA0ABCI23G")
