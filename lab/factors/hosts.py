"""Two general word lists for the host of an endpoint: country domains and model providers.

Neither list knows what any client looks for.  The countries are those whose registries hold
many names, over all continents.  The providers are public model APIs over the world, by the
host that their documentation gives: what anyone would write down who was asked to name as
many as possible.  Adding to either list is always right; order has no meaning.
"""

from __future__ import annotations

__all__ = ["COUNTRIES", "PROVIDERS"]

# fmt: off
COUNTRIES = (
    "ae", "ar", "at", "au", "be", "br", "ca", "ch", "cl", "cn", "co", "cz", "de", "dk", "eg",
    "es", "eu", "fi", "fr", "gr", "hk", "hu", "id", "ie", "il", "in", "ir", "it", "jp", "ke",
    "kr", "mx", "my", "ng", "nl", "no", "nz", "pe", "ph", "pk", "pl", "pt", "ro", "ru", "sa",
    "se", "sg", "th", "tr", "tw", "ua", "uk", "us", "vn", "za",
)
"""Country-code top-level domains."""

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
