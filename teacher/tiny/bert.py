"""Post-norm BERT (Devlin et al. 2018) with the key names of the transformers library."""
from torch import nn
from torch.nn import functional as F

EPSILON = 1e-12
MASKED = -10000.0  # exactly probability 0 in float32 beside ordinary scores


class Container(nn.Module):
    """A named group of modules: only its attribute names matter, as state-dict keys."""

    def __init__(self, /, **modules):
        super().__init__()
        for name, module in modules.items():
            self.add_module(name, module)


class BertLayer(nn.Module):
    """Self-attention and feed-forward, each followed by residual and layer norm."""

    def __init__(self, config):
        super().__init__()
        width, inner = config.bert_hidden, config.bert_intermediate
        self.heads = width // 64
        self.attention = Container(
            self=Container(query=nn.Linear(width, width), key=nn.Linear(width, width), value=nn.Linear(width, width)),
            output=Container(dense=nn.Linear(width, width), LayerNorm=nn.LayerNorm(width, EPSILON)))
        self.intermediate = Container(dense=nn.Linear(width, inner))
        self.output = Container(dense=nn.Linear(inner, width), LayerNorm=nn.LayerNorm(width, EPSILON))

    def split(self, x):
        """[B, L, heads * 64] -> [B, heads, L, 64]."""
        return x.view(*x.shape[:2], self.heads, 64).transpose(1, 2)

    def attend(self, x, mask):
        own = getattr(self.attention, "self")
        q, k, v = (self.split(layer(x)) for layer in (own.query, own.key, own.value))
        scores = q @ k.transpose(-2, -1) / 8.0 + ((1 - mask) * MASKED)[:, None, None, :]
        return (scores.softmax(-1) @ v).transpose(1, 2).reshape(x.shape)

    def forward(self, x, mask):
        """x [B, L, C]; mask [B, L] float, 1 at real pieces."""
        out = self.attention.output
        x = out.LayerNorm(x + out.dense(self.attend(x, mask)))
        y = self.output.dense(F.gelu(self.intermediate.dense(x)))
        return self.output.LayerNorm(x + y)


class BertModel(nn.Module):
    """input_ids [B, L] -> last hidden states [B, L, C]; token types are all 0."""

    def __init__(self, config):
        super().__init__()
        width = config.bert_hidden
        self.embeddings = Container(
            word_embeddings=nn.Embedding(config.vocab, width),
            position_embeddings=nn.Embedding(config.positions, width),
            token_type_embeddings=nn.Embedding(2, width),
            LayerNorm=nn.LayerNorm(width, EPSILON))
        self.encoder = Container(layer=nn.ModuleList(BertLayer(config) for _ in range(config.bert_layers)))

    def forward(self, input_ids, mask):
        table = self.embeddings
        places = table.position_embeddings.weight[:input_ids.shape[1]]
        x = table.word_embeddings(input_ids) + places + table.token_type_embeddings.weight[0]
        x = table.LayerNorm(x)
        for layer in self.encoder.layer:
            x = layer(x, mask)
        return x


def language_backbone(config):
    """BERT under the nesting of the official checkpoint: body.model.*"""
    return Container(body=Container(model=BertModel(config)))
