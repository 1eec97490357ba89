"""General word lists for the host of an endpoint: domains and model providers.

The lists are independent of any client.  The countries are those whose registries hold
many names, over all continents; a sweep takes all of them.  The providers are public model
APIs over the world, by the host that their documentation gives: as many
as could be found.  Order has no meaning.
"""

from __future__ import annotations

__all__ = ["ALL_COUNTRIES", "COUNTRIES", "GENERIC", "PROVIDERS"]

# fmt: off
COUNTRIES = (
    "ae", "ar", "at", "au", "be", "br", "ca", "ch", "cl", "cn", "co", "cz", "de", "dk", "eg",
    "es", "eu", "fi", "fr", "gr", "hk", "hu", "id", "ie", "il", "in", "ir", "it", "jp", "ke",
    "kr", "mx", "my", "ng", "nl", "no", "nz", "pe", "ph", "pk", "pl", "pt", "ro", "ru", "sa",
    "se", "sg", "th", "tr", "tw", "ua", "uk", "us", "vn", "za",
)
"""Country-code top-level domains with many names."""

ALL_COUNTRIES = (
    "ac", "ad", "ae", "af", "ag", "ai", "al", "am", "ao", "aq", "ar", "as", "at", "au", "aw", "ax",
    "az", "ba", "bb", "bd", "be", "bf", "bg", "bh", "bi", "bj", "bm", "bn", "bo", "br", "bs", "bt",
    "bv", "bw", "by", "bz", "ca", "cc", "cd", "cf", "cg", "ch", "ci", "ck", "cl", "cm", "cn", "co",
    "cr", "cu", "cv", "cw", "cx", "cy", "cz", "de", "dj", "dk", "dm", "do", "dz", "ec", "ee", "eg",
    "er", "es", "et", "eu", "fi", "fj", "fk", "fm", "fo", "fr", "ga", "gd", "ge", "gf", "gg", "gh",
    "gi", "gl", "gm", "gn", "gp", "gq", "gr", "gs", "gt", "gu", "gw", "gy", "hk", "hm", "hn", "hr",
    "ht", "hu", "id", "ie", "il", "im", "in", "io", "iq", "ir", "is", "it", "je", "jm", "jo", "jp",
    "ke", "kg", "kh", "ki", "km", "kn", "kp", "kr", "kw", "ky", "kz", "la", "lb", "lc", "li", "lk",
    "lr", "ls", "lt", "lu", "lv", "ly", "ma", "mc", "md", "me", "mg", "mh", "mk", "ml", "mm", "mn",
    "mo", "mp", "mq", "mr", "ms", "mt", "mu", "mv", "mw", "mx", "my", "mz", "na", "nc", "ne", "nf",
    "ng", "ni", "nl", "no", "np", "nr", "nu", "nz", "om", "pa", "pe", "pf", "pg", "ph", "pk", "pl",
    "pm", "pn", "pr", "ps", "pt", "pw", "py", "qa", "re", "ro", "rs", "ru", "rw", "sa", "sb", "sc",
    "sd", "se", "sg", "sh", "si", "sj", "sk", "sl", "sm", "sn", "so", "sr", "ss", "st", "su", "sv",
    "sx", "sy", "sz", "tc", "td", "tf", "tg", "th", "tj", "tk", "tl", "tm", "tn", "to", "tr", "tt",
    "tv", "tw", "tz", "ua", "ug", "uk", "us", "uy", "uz", "va", "vc", "ve", "vg", "vi", "vn", "vu",
    "wf", "ws", "ye", "yt", "za", "zm", "zw",
)
"""Every country-code top-level domain in ASCII that names can be registered under."""

GENERIC = (
    "academy", "ai", "app", "biz", "cloud", "com", "dev", "edu", "gov", "info", "int", "io",
    "me", "mil", "net", "online", "org", "pro", "shop", "site", "store", "tech", "tv", "xyz",
)
"""Top-level domains of no country, or used as if."""

PROVIDERS = (
    "aip.baidubce.com", "api.ai21.com", "api.aleph-alpha.com",
    "api.anthropic.com", "api.baichuan-ai.com", "api.cerebras.ai", "api.cohere.com",
    "api.deepinfra.com", "api.deepseek.com", "api.fireworks.ai", "api.groq.com",
    "api.hyperbolic.xyz", "api.inference.net", "api.lingyiwanwu.com", "api.minimax.chat",
    "api.mistral.ai", "api.moonshot.cn", "api.novita.ai", "api.openai.com",
    "api.perplexity.ai", "api.replicate.com", "api.sambanova.ai", "api.sarvam.ai",
    "api.scaleway.ai", "api.siliconflow.cn", "api.stepfun.com", "api.together.xyz",
    "api.upstage.ai", "api.x.ai", "ark.cn-beijing.volces.com",
    "bedrock-runtime.us-east-1.amazonaws.com", "clovastudio.stream.ntruss.com",
    "dashscope.aliyuncs.com", "generativelanguage.googleapis.com",
    "gigachat.devices.sberbank.ru", "hunyuan.tencentcloudapi.com", "inference.nebius.ai",
    "integrate.api.nvidia.com", "llm.api.cloud.yandex.net", "models.inference.ai.azure.com",
    "open.bigmodel.cn", "openrouter.ai", "router.huggingface.co", "spark-api.xf-yun.com",
    "us-south.ml.cloud.ibm.com",
)
"""Host names of public model providers."""
# fmt: on
