"""How variables are called: prefixes, aliases, case, and which names a class takes besides."""

from pydantic import AliasChoices, AliasGenerator, AliasPath, BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel
from pydantic_settings import BaseSettings, SettingsConfigDict

from support.differential.case import BOOL, INT, INTS, PROCESS, WORD, WORDS, Case, Texts

_ALIASED = {"HTTP_PORT": INT, "PORT": INT}
_SERVICE = Texts(
    ('[{"port": 1, "name": "a"}]', '[{"port": 2, "name": "b"}, {}]'), ("nojson", "[]", '[{"port": "x"}]', "{}", "7")
)


class Prefix(BaseSettings):
    model_config = SettingsConfigDict(env_file=".env", env_prefix="APP_")
    port: int
    host: str = "localhost"


class PrefixInLowerCase(BaseSettings):
    model_config = SettingsConfigDict(env_file=".env", env_prefix="my-app.", extra="ignore")
    port: int = 1


class PrefixByInheritance(Prefix):
    model_config = SettingsConfigDict(env_prefix="OTHER_")
    debug: bool = False


class ByClassArguments(BaseSettings, env_prefix="ARG_", env_file=".env", extra="ignore"):
    port: int = 1


class Alias(BaseSettings):
    model_config = SettingsConfigDict(env_file=".env", extra="ignore")
    port: int = Field(alias="HTTP_PORT")


class ValidationAliasInLowerCase(BaseSettings):
    model_config = SettingsConfigDict(env_file=".env", extra="ignore")
    port: int = Field(1, validation_alias="http_port")


class Choices(BaseSettings):
    model_config = SettingsConfigDict(env_file=".env", extra="ignore")
    port: int = Field(validation_alias=AliasChoices("HTTP_PORT", "WEB_PORT", "PORT"))


class ChoicesOfUpperCaseFields(BaseSettings):
    """Fields are written as their variables, and have other names besides, on the outside and inside."""

    class Pool(BaseModel):
        SIZE: int = Field(1, validation_alias=AliasChoices("size", "sz"))

    model_config = SettingsConfigDict(env_nested_delimiter="__", env_file=".env", extra="ignore")
    SERVER_PORT: int = Field(1, validation_alias=AliasChoices("HTTP_PORT", "PORT"))
    POOL: Pool = Field(Pool(), validation_alias=AliasChoices("POOL", "OLD_POOL"))


class ChoicesInside(BaseSettings):
    """Each field of a model has several keys, and of those that sources give together the first counts."""

    class Pool(BaseModel):
        model_config = ConfigDict(validate_by_name=True)

        class Limit(BaseModel):
            most: int = Field(1, validation_alias=AliasChoices("most", "max"))

        size: int = Field(1, validation_alias=AliasChoices("size", "sz"))
        port: int = Field(1, validation_alias=AliasChoices(AliasPath("ports", 0), "first_port"))
        limit: Limit = Field(Limit(), alias="bound")

    model_config = SettingsConfigDict(env_nested_delimiter="__", env_file=".env", extra="ignore")
    pool: Pool = Pool()


class PathIntoList(BaseSettings):
    model_config = SettingsConfigDict(env_file=".env", extra="ignore")
    port: int = Field(validation_alias=AliasPath("SERVICE", 0, "port"))
    name: str = Field("none", validation_alias=AliasPath("SERVICE", 0, "name"))


class PathsIntoOne(BaseSettings):
    port: int = Field(validation_alias=AliasPath("SERVICE", "port"))
    host: str = Field(validation_alias=AliasPath("SERVICE", "host"))
    second: int = Field(2, validation_alias=AliasPath("NUMBERS", 1))


class PathIntoObject(BaseSettings):
    model_config = SettingsConfigDict(extra="ignore")
    port: int = Field(1, validation_alias=AliasPath("service", "port"))


class ChoicesWithPath(BaseSettings):
    model_config = SettingsConfigDict(extra="ignore")
    port: int = Field(validation_alias=AliasChoices("PORT", AliasPath("SERVICE", 0, "port")))


class PathsOrNames(BaseSettings):
    """What an alias path leads to has a variable of its own, and several settings are in one value."""

    model_config = SettingsConfigDict(env_nested_delimiter="__", env_file=".env", extra="ignore")
    host: str = Field("none", validation_alias=AliasChoices("HOST", AliasPath("service", "host")))
    port: int = Field(1, validation_alias=AliasChoices(AliasPath("service", "port"), "PORT"))
    size: int = Field(1, validation_alias=AliasPath("service", "pool", "size"))


class AliasWithPrefix(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="APP_", env_file=".env", extra="ignore")
    port: int = Field(1, alias="HTTP_PORT")
    host: str = "localhost"


class PrefixOnAliases(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="APP_", env_prefix_target="alias", extra="ignore")
    port: int = Field(1, alias="HTTP_PORT")
    host: str = "localhost"


class PrefixOnAll(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="APP_", env_prefix_target="all", extra="ignore")
    port: int = Field(1, alias="HTTP_PORT")
    host: str = "localhost"


class AliasOrName(BaseSettings):
    model_config = SettingsConfigDict(populate_by_name=True, env_file=".env", extra="ignore")
    port: int = Field(1, alias="HTTP_PORT")


class NameAlone(BaseSettings):
    model_config = SettingsConfigDict(validate_by_name=True, validate_by_alias=False, extra="ignore")
    port: int = Field(1, alias="HTTP_PORT")


class GeneratedAliases(BaseSettings):
    model_config = SettingsConfigDict(alias_generator=AliasGenerator(validation_alias=to_camel), extra="ignore")
    http_port: int
    host_name: str = "localhost"


class SerializationAlias(BaseSettings):
    model_config = SettingsConfigDict(extra="ignore")
    port: int = Field(1, serialization_alias="HTTP_PORT")


class NotInEnglish(BaseSettings):
    """Names with letters that have no capitals of their own."""

    model_config = SettingsConfigDict(env_file=".env", extra="ignore")
    street: str = Field("none", validation_alias="straße")
    price: int = Field(1, validation_alias="ölpreis")


class CaseSensitive(BaseSettings):
    model_config = SettingsConfigDict(case_sensitive=True, env_file=".env", extra="ignore")
    Port: int = 1
    HOST: str = "localhost"
    debug: bool = False


class CaseSensitiveWithPrefix(BaseSettings):
    model_config = SettingsConfigDict(case_sensitive=True, env_prefix="App_", extra="ignore")
    PORT: int


class OneVariableForTwo(BaseSettings):
    model_config = SettingsConfigDict(extra="ignore")
    web_port: int = Field(1, validation_alias=AliasChoices("WEB_PORT", "PORT"))
    api_port: int = Field(1, validation_alias=AliasChoices("API_PORT", "PORT"))


class EmptyCountsAsUnset(BaseSettings):
    model_config = SettingsConfigDict(env_ignore_empty=True, env_file=".env")
    port: int
    tags: list[str] = ["default"]
    host: str = "localhost"


CASES = [
    Case(Prefix, {"APP_PORT": INT, "APP_HOST": WORD}),
    Case(PrefixInLowerCase, {"MY-APP.PORT": INT}, (PROCESS,)),
    Case(PrefixByInheritance, {"OTHER_PORT": INT, "OTHER_DEBUG": BOOL}),
    Case(ByClassArguments, {"ARG_PORT": INT}),
    Case(Alias, _ALIASED),
    Case(ValidationAliasInLowerCase, _ALIASED),
    Case(Choices, {**_ALIASED, "WEB_PORT": INT}),
    Case(
        ChoicesOfUpperCaseFields,
        {**_ALIASED, "OLD_POOL__SIZE": INT, "POOL__SIZE": INT, "POOL__SZ": INT, "OLD_POOL__SZ": INT},
        (PROCESS,),
    ),
    Case(
        ChoicesInside,
        {
            "POOL": Texts(
                ('{"sz": 5, "bound": {"max": 2}}', '{"size": 6, "limit": {"most": 3}}', "{}"), ('{"sz": "x"}',)
            ),
            "POOL__SIZE": INT,
            "POOL__SZ": INT,
            "POOL__PORTS": INTS,
            "POOL__FIRST_PORT": INT,
            "POOL__PORT": INT,
            "POOL__BOUND__MOST": INT,
            "POOL__BOUND__MAX": INT,
            "POOL__LIMIT__MOST": INT,
            "POOL__LIMIT": Texts(('{"max": 4}', '{"most": 5}')),
        },
    ),
    Case(PathIntoList, {"SERVICE": _SERVICE}),
    Case(
        PathsIntoOne,
        {
            "SERVICE": Texts(('{"port": 1, "host": "a"}',), ('{"port": 1}', "{}", "x", '{"prot": 1}')),
            "NUMBERS": Texts(("[1, 2]",), ("[1]", "x", '[1, "x"]')),
        },
    ),
    Case(
        PathIntoObject,
        {"SERVICE": Texts(('{"port": 5}', '{"port": 6}', "{}"), ("x", '{"port": "x"}', "[]"))},
        (PROCESS,),
    ),
    Case(ChoicesWithPath, {"SERVICE": _SERVICE, "PORT": INT}, (PROCESS,)),
    Case(
        PathsOrNames,
        {
            "HOST": WORD,
            "PORT": INT,
            "SERVICE": Texts(('{"port": 5, "host": "a"}', '{"port": 6}'), ("x", '{"port": "x"}')),
            "SERVICE__PORT": INT,
            "SERVICE__POOL__SIZE": INT,
        },
    ),
    Case(AliasWithPrefix, {"HTTP_PORT": INT, "APP_HOST": WORD}),
    Case(PrefixOnAliases, {"APP_HTTP_PORT": INT, "HTTP_PORT": INT, "HOST": WORD}, (PROCESS,)),
    Case(PrefixOnAll, {"APP_HTTP_PORT": INT, "APP_HOST": WORD}, (PROCESS,)),
    Case(AliasOrName, _ALIASED),
    Case(NameAlone, _ALIASED, (PROCESS,)),
    Case(GeneratedAliases, {"HTTPPORT": INT, "hostName": WORD, "HTTP_PORT": INT}, (PROCESS,)),
    Case(SerializationAlias, _ALIASED, (PROCESS,)),
    Case(NotInEnglish, {"straße": WORD, "STRASSE": WORD, "ölpreis": INT}),
    Case(CaseSensitive, {"Port": INT, "HOST": WORD, "debug": BOOL}),
    Case(CaseSensitiveWithPrefix, {"App_PORT": INT, "APP_PORT": INT}, (PROCESS,)),
    Case(OneVariableForTwo, {"PORT": INT, "WEB_PORT": INT, "API_PORT": INT}, (PROCESS,)),
    Case(EmptyCountsAsUnset, {"PORT": INT, "TAGS": WORDS, "HOST": WORD}),
]
