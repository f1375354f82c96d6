"""What people write about a request: once, in words, also late, and not without end."""

from uuid import UUID

from medianest.domain.media_request import commands as ask
from medianest.domain.media_request.events import RequestCommented
from medianest.domain.media_request.vocabulary import MOST_COMMENTS
from tests.unit.domain.gwt import CAT, after, given
from tests.unit.domain.test_media_request import IT, complete, on_it, submit


def comment(number: int, text: str = "Thank you!") -> ask.CommentOnRequest:
    return ask.CommentOnRequest(**on_it(CAT), comment_id=UUID(int=number), text=text)


def commented(number: int) -> RequestCommented:
    return RequestCommented(request_id=IT, comment_id=UUID(int=number), author=CAT, text="Thank you!")


def test_a_comment_is_made_once_has_words_and_may_come_late() -> None:
    after(submit(1), complete()).when(comment(7)).then(commented(7))
    after(submit(1), comment(7)).when(comment(7)).then_nothing()
    after(submit(1)).when(comment(8, text="\t")).then_refused("text_required", "invalid")


def test_a_request_has_so_many_comments_and_no_more() -> None:
    (submitted,) = given().when(submit(1)).happens()
    full = [commented(number) for number in range(MOST_COMMENTS)]
    given(submitted, *full[1:]).when(comment(0)).then(full[0])
    text = given(submitted, *full).when(comment(MOST_COMMENTS)).then_refused("too_many_comments")
    assert text == "A request has room for 1,000 comments, and this one has them. What is there stays to be read."
    given(submitted, *full).when(comment(7)).then_nothing()
