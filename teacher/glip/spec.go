package glip

import (
	"fmt"
	"strings"
)

// TensorSpec is the name and shape of one tensor of a checkpoint, without the
// "module." that DistributedDataParallel puts before it.
type TensorSpec struct {
	Name  string
	Shape []int
}

// Prefixes of the four parts of a checkpoint.
const (
	swinPrefix  = "backbone.body."
	fpnPrefix   = "backbone.fpn."
	bertPrefix  = "language_backbone.body.model."
	headPrefix  = "rpn.head."
	towerPrefix = headPrefix + "dyhead_tower."
)

// ignored says whether inference does without a tensor that checkpoints hold:
// recomputable buffers, and class logits that GLIP computes but does not use.
func ignored(name string) bool {
	return strings.HasPrefix(name, headPrefix+"cls_logits.") ||
		strings.HasPrefix(name, "rpn.anchor_generator.cell_anchors.") ||
		strings.HasPrefix(name, swinPrefix) && strings.HasSuffix(name, ".attn.relative_position_index") ||
		name == bertPrefix+"embeddings.position_ids"
}

// SpecFor lists every tensor that a checkpoint of the architecture must have.
func SpecFor(a Architecture) []TensorSpec {
	var l specList
	l.swin(a.Swin)
	l.fpn(a)
	l.bert(a.BERT)
	for block := range a.Blocks {
		l.block(a, block)
	}
	l.outputs(a)
	return l
}

// specList accumulates specs.
type specList []TensorSpec

func (l *specList) tensor(name string, shape ...int) {
	*l = append(*l, TensorSpec{name, shape})
}

// pair adds a weight and a bias with one element per output.
func (l *specList) pair(name string, shape ...int) {
	l.tensor(name+".weight", shape...)
	l.tensor(name+".bias", shape[0])
}

func (l *specList) swin(s Swin) {
	l.pair(swinPrefix+"patch_embed.proj", s.Embed, 3, patch, patch)
	l.pair(swinPrefix+"patch_embed.norm", s.Embed)
	for stage := range swinStages {
		c := s.Channels(stage)
		for block := range s.Depths[stage] {
			l.swinBlock(fmt.Sprintf("%slayers.%d.blocks.%d.", swinPrefix, stage, block), c, s.Heads[stage], s.Window)
		}
		if stage < swinStages-1 {
			down := fmt.Sprintf("%slayers.%d.downsample.", swinPrefix, stage)
			l.tensor(down+"reduction.weight", 2*c, 4*c)
			l.pair(down+"norm", 4*c)
		}
		if stage > 0 {
			l.pair(fmt.Sprintf("%snorm%d", swinPrefix, stage), c)
		}
	}
}

func (l *specList) swinBlock(prefix string, c, heads, window int) {
	l.pair(prefix+"norm1", c)
	l.tensor(prefix+"attn.relative_position_bias_table", (2*window-1)*(2*window-1), heads)
	l.pair(prefix+"attn.qkv", 3*c, c)
	l.pair(prefix+"attn.proj", c, c)
	l.pair(prefix+"norm2", c)
	l.pair(prefix+"mlp.fc1", mlpRatio*c, c)
	l.pair(prefix+"mlp.fc2", c, mlpRatio*c)
}

func (l *specList) fpn(a Architecture) {
	c := a.Channels
	for stage := 1; stage < swinStages; stage++ {
		l.pair(fmt.Sprintf("%sfpn_inner%d", fpnPrefix, stage+1), c, a.Swin.Channels(stage), 1, 1)
		l.pair(fmt.Sprintf("%sfpn_layer%d", fpnPrefix, stage+1), c, c, 3, 3)
	}
	l.pair(fpnPrefix+"top_blocks.p6", c, c, 3, 3)
	l.pair(fpnPrefix+"top_blocks.p7", c, c, 3, 3)
}

func (l *specList) bert(b BERT) {
	embeddings := bertPrefix + "embeddings."
	l.tensor(embeddings+"word_embeddings.weight", b.Vocabulary, b.Hidden)
	l.tensor(embeddings+"position_embeddings.weight", b.Positions, b.Hidden)
	l.tensor(embeddings+"token_type_embeddings.weight", 2, b.Hidden)
	l.pair(embeddings+"LayerNorm", b.Hidden)
	for layer := range b.Layers {
		l.bertLayer(fmt.Sprintf("%sencoder.layer.%d.", bertPrefix, layer), b)
	}
}

func (l *specList) bertLayer(prefix string, b BERT) {
	for _, name := range []string{"self.query", "self.key", "self.value", "output.dense"} {
		l.pair(prefix+"attention."+name, b.Hidden, b.Hidden)
	}
	l.pair(prefix+"attention.output.LayerNorm", b.Hidden)
	l.pair(prefix+"intermediate.dense", b.Intermediate, b.Hidden)
	l.pair(prefix+"output.dense", b.Hidden, b.Intermediate)
	l.pair(prefix+"output.LayerNorm", b.Hidden)
}

// block adds one block of the head: fusion, BERT layer and DyConv, or a DyConv
// alone without early fusion.
func (l *specList) block(a Architecture, block int) {
	if !a.EarlyFusion() {
		l.dyConv(towerIndex(block), a.Channels)
		return
	}
	l.fusion(towerIndex(3*block), a)
	l.bertLayer(towerIndex(3*block+1), a.BERT)
	l.dyConv(towerIndex(3*block+2), a.Channels)
}

// towerIndex is the prefix of one module of the head's tower.
func towerIndex(i int) string { return fmt.Sprintf("%s%d.", towerPrefix, i) }

func (l *specList) fusion(prefix string, a Architecture) {
	prefix += "b_attn."
	v, t, e := a.Channels, a.BERT.Hidden, a.FusionEmbed
	l.tensor(prefix+"gamma_v", v)
	l.tensor(prefix+"gamma_l", t)
	l.pair(prefix+"layer_norm_v", v)
	l.pair(prefix+"layer_norm_l", t)
	l.pair(prefix+"attn.v_proj", e, v)
	l.pair(prefix+"attn.values_v_proj", e, v)
	l.pair(prefix+"attn.l_proj", e, t)
	l.pair(prefix+"attn.values_l_proj", e, t)
	l.pair(prefix+"attn.out_v_proj", v, e)
	l.pair(prefix+"attn.out_l_proj", t, e)
}

func (l *specList) dyConv(prefix string, c int) {
	for i := range 3 {
		l.pair(fmt.Sprintf("%sDyConv.%d.conv", prefix, i), c, c, 3, 3)
		l.pair(fmt.Sprintf("%sDyConv.%d.bn", prefix, i), c)
	}
	l.pair(prefix+"AttnConv.1", 1, c, 1, 1)
	l.pair(prefix+"relu.fc.0", c/reduction, c)
	l.pair(prefix+"relu.fc.2", 4*c, c/reduction)
	l.pair(prefix+"offset", 3*taps, c, 3, 3)
}

func (l *specList) outputs(a Architecture) {
	c, t := a.Channels, a.BERT.Hidden
	l.pair(headPrefix+"bbox_pred", 4, c, 1, 1)
	l.pair(headPrefix+"centerness", 1, c, 1, 1)
	for level := range levels {
		l.tensor(fmt.Sprintf("%sscales.%d.scale", headPrefix, level), 1)
	}
	l.pair(headPrefix+"dot_product_projection_text", c, t)
	l.tensor(headPrefix+"log_scale", 1)
	l.tensor(headPrefix+"bias0", 1)
	l.tensor(headPrefix+"bias_lang", t)
}
