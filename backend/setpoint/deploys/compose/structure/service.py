"""What docker compose 2.40 accepts in a service: all keys, and what each may hold (the Compose Specification)."""

from setpoint.deploys.compose.structure.shapes import (
    BOOLEAN,
    INTEGER,
    NAMES,
    NULL,
    NUMBER,
    OPTIONS,
    STRING,
    STRING_OR_LIST,
    STRINGS,
    UNIQUE_STRINGS,
    VARIABLES,
    Each,
    Either,
    Keys,
    Named,
    One,
    alike,
    strings,
)

_COMMAND = Either((One(("null", "string")), STRINGS))
_HOSTS = Either((Named(Either((STRING, STRINGS))), Each(One(("string",), form="[=:]"), unique=True)))
_ANYTHING = Either(
    (One(("string", "number", "boolean", "null")), Each(One(("string", "number", "boolean"))), Named(STRING))
)
_PULL_POLICY = r"always|never|build|if_not_present|missing|refresh|daily|weekly|every_([0-9]+[wdhms])+"
_INTEGER_TEXT = r"^[-+]?[0-9]+\Z"
_WHOLE_NUMBER = One(("number", "string"), form=_INTEGER_TEXT)
_INTEGER = One(("integer", "string"), form=_INTEGER_TEXT)
_REAL_TEXT = r"^[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?\Z"
_BYTES_TEXT = r"^[0-9]+(?:\.[0-9]+)* ?(?:[kKmMgGtTpP][iI]?)?[bB]?\Z"
_BYTES = One(("number", "string"), form=_BYTES_TEXT)
_WHOLE_BYTES = One(("integer", "string"), form=_BYTES_TEXT)
_DURATION = One(("string",), form=r"^[-+]?(?:0|(?:(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:ns|us|\u00b5s|\u03bcs|ms|s|m|h))+)\Z")
_PORT = One(("number", "string"), form=r"(?:^|:)[0-9]+(?:-[0-9]+)?(?:/[a-zA-Z]+)?\Z")
_ULIMITS = Named(
    Either((_INTEGER, Keys(alike(_INTEGER, "hard", "soft"), required=("soft", "hard")))),
    names=r"^[a-z]+$",
    closed=False,
)
_MOUNTED_FILES = Each(Either((STRING, Keys({**strings("source", "target", "uid", "gid"), "mode": NUMBER}))))
_HOOK = Keys(
    {"command": _COMMAND, **strings("user", "working_dir"), "privileged": BOOLEAN, "environment": VARIABLES},
    required=("command",),
)
_ENV_FILE = Either(
    (
        STRING,
        Each(
            Either(
                (
                    STRING,
                    Keys({**strings("path", "format"), "required": BOOLEAN}, required=("path",), extensible=False),
                )
            )
        ),
    )
)
_BUILD = Either(
    (
        STRING,
        Keys(
            {
                **strings("context", "dockerfile", "dockerfile_inline", "network", "target", "isolation"),
                **alike(STRINGS, "entitlements", "cache_from", "cache_to", "tags", "platforms"),
                **alike(VARIABLES, "args", "ssh", "labels", "additional_contexts"),
                **alike(BOOLEAN, "no_cache", "pull", "privileged"),
                **alike(One(("boolean", "string")), "provenance", "sbom"),
                "shm_size": INTEGER,
                "extra_hosts": _HOSTS,
                "secrets": _MOUNTED_FILES,
                "ulimits": _ULIMITS,
            }
        ),
    )
)
_LIMIT = Keys({"path": STRING, "rate": INTEGER}, extensible=False)
_WEIGHT = Keys({"path": STRING, "weight": INTEGER}, extensible=False)
_BLKIO = Keys(
    {
        **alike(Each(_LIMIT), "device_read_bps", "device_read_iops", "device_write_bps", "device_write_iops"),
        "weight": INTEGER,
        "weight_device": Each(_WEIGHT),
    },
    extensible=False,
)
_DEPENDS_ON = Either(
    (
        UNIQUE_STRINGS,
        Named(
            Keys(
                {
                    "restart": BOOLEAN,
                    "required": One(("boolean",)),
                    "condition": One(
                        ("string",), ("service_started", "service_healthy", "service_completed_successfully")
                    ),
                },
                required=("condition",),
            ),
            names=NAMES,
        ),
    )
)
_DEVICES = Each(Either((STRING, Keys(strings("source", "target", "permissions"), required=("source",)))))
_RESERVED_DEVICE = {
    **alike(UNIQUE_STRINGS, "capabilities", "device_ids"),
    "count": INTEGER,
    "driver": STRING,
    "options": VARIABLES,
}
_GPUS = Either((One(("string",), ("all",)), Each(Keys(_RESERVED_DEVICE, closed=False))))
_HEALTHCHECK = Keys(
    {
        "disable": BOOLEAN,
        **alike(_DURATION, "interval", "timeout", "start_period", "start_interval"),
        "retries": _WHOLE_NUMBER,
        "test": Either((STRING, STRINGS)),
    }
)
_LOGGING = Keys({"driver": STRING, "options": Named(One(("string", "number", "null")), closed=False)})
_SERVICE_NETWORKS = Either(
    (
        UNIQUE_STRINGS,
        Named(
            Either(
                (
                    Keys(
                        {
                            **alike(UNIQUE_STRINGS, "aliases", "link_local_ips"),
                            **strings("interface_name", "ipv4_address", "ipv6_address", "mac_address"),
                            "driver_opts": OPTIONS,
                            **alike(One(("number",)), "priority", "gw_priority"),
                        }
                    ),
                    One(("null",)),
                )
            ),
            names=NAMES,
        ),
    )
)
_SERVICE_MODELS = Either((UNIQUE_STRINGS, Named(Keys(strings("endpoint_var", "model_var")), names=NAMES, closed=False)))
_PORTS = Each(
    Either(
        (
            _PORT,
            Keys(
                {
                    **strings("name", "mode", "host_ip", "protocol", "app_protocol"),
                    **alike(INTEGER, "target", "published"),
                }
            ),
        )
    ),
    unique=True,
)
_BIND = Keys(
    {
        "propagation": STRING,
        "create_host_path": BOOLEAN,
        "recursive": One(("string",), ("enabled", "disabled", "writable", "readonly")),
        "selinux": One(("string",), ("z", "Z")),
    }
)
_VOLUMES = Each(
    Either(
        (
            One(("string",), form="."),
            Keys(
                {
                    "type": One(("string",), ("bind", "volume", "tmpfs", "cluster", "npipe", "image")),
                    **strings("source", "target", "consistency"),
                    "read_only": BOOLEAN,
                    "bind": _BIND,
                    "volume": Keys({"labels": VARIABLES, "nocopy": BOOLEAN, "subpath": STRING}),
                    "tmpfs": Keys({"size": INTEGER, "mode": NUMBER}),
                    "image": Keys({"subpath": STRING}),
                },
                required=("type",),
            ),
        )
    ),
    unique=True,
)
_WATCH = Keys(
    {
        **alike(STRING_OR_LIST, "ignore", "include"),
        **strings("path", "target"),
        "action": One(("string",), ("rebuild", "sync", "restart", "sync+restart", "sync+exec")),
        "exec": _HOOK,
        "initial_sync": One(("boolean",)),
    },
    required=("path", "action"),
)
_ROLLOUT = Keys(
    {
        "parallelism": INTEGER,
        **strings("delay", "failure_action", "monitor"),
        "max_failure_ratio": NUMBER,
        "order": One(("string",), ("start-first", "stop-first")),
    }
)
_RESOURCES = Keys(
    {
        "limits": Keys({"cpus": NUMBER, "memory": STRING, "pids": INTEGER}),
        "reservations": Keys(
            {
                "cpus": NUMBER,
                "memory": STRING,
                "generic_resources": Each(
                    Keys({"discrete_resource_spec": Keys({"kind": STRING, "value": NUMBER})}),
                ),
                "devices": Each(Keys(_RESERVED_DEVICE)),
            }
        ),
    }
)
_DEPLOY = Keys(
    {
        **strings("mode", "endpoint_mode"),
        "replicas": _INTEGER,
        "labels": VARIABLES,
        **alike(_ROLLOUT, "rollback_config", "update_config"),
        "resources": _RESOURCES,
        "restart_policy": Keys({**strings("condition", "delay", "window"), "max_attempts": INTEGER}),
        "placement": Keys(
            {"constraints": STRINGS, "preferences": Each(Keys({"spread": STRING})), "max_replicas_per_node": INTEGER}
        ),
    }
)
_PROVIDER = Keys({"type": STRING, "options": Named(_ANYTHING, closed=False)}, required=("type",))

SERVICE = Keys(
    {
        **strings("cgroup_parent", "cpuset", "domainname", "hostname", "image", "ipc", "isolation"),
        **strings("mac_address", "network_mode", "platform", "pull_refresh_after", "restart", "runtime"),
        **strings("stop_signal", "user", "uts", "userns_mode", "working_dir"),
        **alike(BOOLEAN, "attach", "init", "oom_kill_disable", "privileged", "read_only", "stdin_open", "tty"),
        **alike(_INTEGER, "cpu_count", "oom_score_adj", "scale"),
        **alike(
            _WHOLE_NUMBER, "cpu_shares", "cpu_quota", "cpu_period", "cpu_rt_period", "cpu_rt_runtime", "pids_limit"
        ),
        **alike(_BYTES, "mem_limit", "memswap_limit", "shm_size"),
        **alike(_WHOLE_BYTES, "mem_reservation", "mem_swappiness"),
        "cpu_percent": _INTEGER,
        "cpus": One(("number", "string"), form=_REAL_TEXT),
        "stop_grace_period": _DURATION,
        **alike(UNIQUE_STRINGS, "cap_add", "cap_drop", "device_cgroup_rules", "dns_opt", "external_links", "links"),
        **alike(UNIQUE_STRINGS, "profiles", "security_opt", "volumes_from"),
        **alike(STRING_OR_LIST, "dns", "dns_search", "tmpfs"),
        **alike(VARIABLES, "annotations", "environment", "labels", "sysctls"),
        **alike(_COMMAND, "command", "entrypoint"),
        **alike(Each(NUMBER, unique=True), "expose", "group_add"),
        **alike(_MOUNTED_FILES, "configs", "secrets"),
        **alike(Each(_HOOK), "post_start", "pre_stop"),
        "blkio_config": _BLKIO,
        "build": _BUILD,
        "cgroup": One(("string",), ("host", "private")),
        "container_name": One(("string",), form=r"[a-zA-Z0-9][a-zA-Z0-9_.-]+"),
        "credential_spec": Keys(strings("config", "file", "registry")),
        "depends_on": _DEPENDS_ON,
        "deploy": Either((_DEPLOY, NULL)),
        "develop": Either((Keys({"watch": Each(_WATCH)}), NULL)),
        "devices": _DEVICES,
        "env_file": _ENV_FILE,
        "extends": Either((STRING, Keys(strings("service", "file"), required=("service",), extensible=False))),
        "extra_hosts": _HOSTS,
        "gpus": _GPUS,
        "healthcheck": _HEALTHCHECK,
        "label_file": Either((STRING, STRINGS)),
        "logging": _LOGGING,
        "models": _SERVICE_MODELS,
        "networks": _SERVICE_NETWORKS,
        "pid": One(("string", "null")),
        "ports": _PORTS,
        "provider": _PROVIDER,
        "pull_policy": One(("string",), form=_PULL_POLICY),
        "storage_opt": Named(_ANYTHING, closed=False),
        "ulimits": _ULIMITS,
        "use_api_socket": One(("boolean",)),
        "volumes": _VOLUMES,
    }
)
"""A service."""
