"""A partner that keeps to its contract: every valid request gets a valid reply, invented and always the same."""

import hashlib

import orjson

from hub.contracts.descriptions.offer import Examples
from hub.contracts.descriptions.samples import sample
from hub.core.canonical import canonical
from hub.core.contract import ContractVersion
from hub.core.errors import FieldError
from hub.core.message import Kind
from hub.core.values import JsonValue


class InvalidRequestError(Exception):
    """The request does not match the contract."""

    def __init__(self, errors: tuple[FieldError, ...]) -> None:
        super().__init__("the request does not match its contract")
        self.errors = errors


class Simulator:
    """Answers for one version of a contract that has a reply. Pure, and safe to share."""

    def __init__(self, version: ContractVersion, examples: Examples, seed: str) -> None:
        self._request = version.schemas[Kind.REQUEST]
        self._reply = version.schemas[Kind.REPLY]
        self._seed = seed
        requests = examples.get((version.ref, Kind.REQUEST), {})
        replies = examples.get((version.ref, Kind.REPLY), {})
        self._told = {_digest(requests[name]): replies[name] for name in requests.keys() & replies.keys()}

    def answer(self, request: JsonValue) -> JsonValue:
        """The reply: that of the example which asks the same, else one that is made of seed and request.

        Raises InvalidRequestError; NoSampleError where the reply's schema gives nothing.
        """
        request, _ = canonical(request, self._request.normaliser)
        if not self._request.validator.is_valid(request):
            raise InvalidRequestError(self._request.validator.errors(request))
        digest = _digest(request)
        return self._told[digest] if digest in self._told else sample(self._reply, f"{self._seed}:{digest}")


def _digest(document: JsonValue) -> str:
    return hashlib.sha256(orjson.dumps(document, option=orjson.OPT_SORT_KEYS)).hexdigest()
