"""The course's U-Net in PyTorch, key by key as Sources/NeuralNetworks/UNet.swift: weights travel both ways."""

import math

import torch
import torch.nn as nn
import torch.nn.functional as F


class FourierEmbedding(nn.Module):
    def __init__(self, dimensions, scale=1.0):
        super().__init__()
        self.register_buffer("weight", torch.randn(dimensions // 2) * scale)

    def forward(self, t):
        angles = t[:, None] * self.weight[None] * 2 * math.pi
        return torch.cat([angles.cos(), angles.sin()], 1)


class SinusoidalEmbedding(nn.Module):
    def __init__(self, dimensions, maximum_period=10_000.0, scale=1.0):
        super().__init__()
        half = dimensions // 2
        self.frequencies = scale * maximum_period ** (-torch.arange(half, dtype=torch.float64) / half)

    def forward(self, t):
        angles = t[:, None] * self.frequencies[None].to(t.dtype)
        return torch.cat([angles.cos(), angles.sin()], 1)


class SelfAttention(nn.Module):
    def __init__(self, dimensions, heads):
        super().__init__()
        self.heads = heads
        self.qkv = nn.Linear(dimensions, 3 * dimensions)
        self.proj = nn.Linear(dimensions, dimensions)

    def forward(self, x):
        if x.ndim == 4:
            return self(x.flatten(2).transpose(1, 2)).transpose(1, 2).reshape(x.shape)
        n, t, c = x.shape
        q, k, v = self.qkv(x).reshape(n, t, 3, self.heads, c // self.heads).permute(2, 0, 3, 1, 4)
        return self.proj(F.scaled_dot_product_attention(q, k, v).transpose(1, 2).reshape(n, t, c))


class ResidualBlock(nn.Module):
    def __init__(self, inputs, outputs, embedding=None, groups=8):
        super().__init__()
        self.norm1 = nn.GroupNorm(groups, inputs)
        self.conv1 = nn.Conv2d(inputs, outputs, 3, padding=1)
        if embedding is not None:
            self.emb = nn.Linear(embedding, 2 * outputs)
        self.norm2 = nn.GroupNorm(groups, outputs)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, padding=1)
        if inputs != outputs:
            self.skip = nn.Conv2d(inputs, outputs, 1)
        nn.init.zeros_(self.conv2.weight)
        nn.init.zeros_(self.conv2.bias)

    def forward(self, x, e=None):
        h = self.norm2(self.conv1(F.silu(self.norm1(x))))
        if e is not None:
            a, b = self.emb(e)[:, :, None, None].chunk(2, 1)
            h = h * (1 + a) + b
        return (self.skip(x) if hasattr(self, "skip") else x) + self.conv2(F.silu(h))


class Level(nn.Module):
    def __init__(self, blocks, resample):
        super().__init__()
        self.blocks = nn.ModuleList(blocks)
        self.resample = resample


class UNet(nn.Module):
    def __init__(self, imageChannels=1, patchSize=2, channels=(32, 64), blocksPerLevel=1, attentionHeads=2,
                 embeddingDimensions=96, timeFeatureCount=32, timeFeatures="fourier", frequencyScale=1.0, classCount=10,
                 mapSize=0, groupCount=8, concatenatesSkips=False):
        super().__init__()
        c, e, g = list(channels), embeddingDimensions, groupCount
        self.patch, self.class_count, self.concatenates = patchSize, classCount, concatenatesSkips
        kind = FourierEmbedding if timeFeatures == "fourier" else SinusoidalEmbedding
        self.time = kind(timeFeatureCount, scale=frequencyScale)
        self.embed1, self.embed2 = nn.Linear(timeFeatureCount, e), nn.Linear(e, e)
        self.classes = nn.Embedding(classCount + 1, e) if classCount else None
        pixels = imageChannels * patchSize**2
        self.stem = nn.Conv2d(pixels, c[0], 3, padding=1)
        steps = list(zip(c, c[1:]))
        self.down = nn.ModuleList(
            Level([ResidualBlock(a, a, e, g) for _ in range(blocksPerLevel)], nn.Conv2d(a, b, 3, stride=2, padding=1))
            for a, b in steps)
        self.maps = nn.Embedding(classCount + 1, c[-1] * mapSize**2) if mapSize else None
        self.middle1 = ResidualBlock(c[-1], c[-1], e, g)
        if attentionHeads:
            self.attentionNorm = nn.GroupNorm(g, c[-1])
            self.attention = SelfAttention(c[-1], attentionHeads)
            nn.init.zeros_(self.attention.proj.weight)
            nn.init.zeros_(self.attention.proj.bias)
        self.middle2 = ResidualBlock(c[-1], c[-1], e, g)
        self.up = nn.ModuleList(
            Level([ResidualBlock(2 * a if i == 0 and concatenatesSkips else a, a, e, g) for i in range(blocksPerLevel)],
                  nn.Conv2d(b, a, 3, padding=1))
            for a, b in reversed(steps))
        self.norm = nn.GroupNorm(g, c[0])
        self.head = nn.Conv2d(c[0], pixels, 3, padding=1)
        nn.init.zeros_(self.head.weight)
        nn.init.zeros_(self.head.bias)

    def forward(self, x, noise, labels=None):
        e = self.embed2(F.silu(self.embed1(self.time(noise))))
        if labels is None:
            labels = torch.full((len(x),), self.class_count)
        if self.classes is not None:
            e = e + self.classes(labels)
        e = F.silu(e)
        h, kept = self.stem(F.pixel_unshuffle(x, self.patch)), []
        for level in self.down:
            for block in level.blocks:
                h = block(h, e)
            kept.append(h)
            h = level.resample(h)
        if self.maps is not None:
            h = h + self.maps(labels).reshape(h.shape)
        h = self.middle1(h, e)
        if hasattr(self, "attention"):
            h = h + self.attention(self.attentionNorm(h))
        h = self.middle2(h, e)
        for level in self.up:
            enlarged, skip = F.interpolate(level.resample(h), scale_factor=2), kept.pop()
            h = torch.cat([enlarged, skip], 1) if self.concatenates else enlarged + skip
            for block in level.blocks:
                h = block(h, e)
        return F.pixel_shuffle(self.head(F.silu(self.norm(h))), self.patch)
