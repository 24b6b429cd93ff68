"""Times MiniLM in onnxruntime on one thread: a line of token ids in, the processor's seconds of one run and the embedding's first values out.

    python onnx_minilm.py model.safetensors model.onnx

The graph is written in the operators that onnxruntime's own optimiser fuses a BERT into (EmbedLayerNormalization, Attention,
SkipLayerNormalization, BiasGelu), so that it is measured at its best.
"""

import sys
import time

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper
from safetensors.numpy import load_file

LAYERS, HEADS, HIDDEN, EPSILON = 6, 12, 384, 1e-12


class Graph:
    def __init__(self, tensors):
        self.tensors, self.nodes, self.constants = tensors, [], []

    def constant(self, name, value):
        self.constants.append(numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def tensor(self, name):
        return self.constant(name, self.tensors[name])

    def transposed(self, name):
        return self.constant(f"{name}.t", self.tensors[name].T)

    def node(self, operator, inputs, outputs=1, domain="com.microsoft", **attributes):
        names = [f"{operator}_{len(self.nodes)}_{index}" for index in range(outputs)]
        self.nodes.append(helper.make_node(operator, inputs, names, domain=domain, **attributes))
        return names[0]

    def norm(self, x, skip, name, bias):
        inputs = [x, skip, self.tensor(f"{name}.weight"), self.tensor(f"{name}.bias"), self.tensor(bias)]
        return self.node("SkipLayerNormalization", inputs, epsilon=EPSILON)

    def layer(self, x, name):
        parts = [f"{name}.attention.self.{part}" for part in ["query", "key", "value"]]
        weight = np.concatenate([self.tensors[f"{part}.weight"].T for part in parts], axis=1)
        bias = np.concatenate([self.tensors[f"{part}.bias"] for part in parts])
        inputs = [x, self.constant(f"{name}.qkv", weight), self.constant(f"{name}.qkv.bias", bias)]
        attended = self.node("Attention", inputs, num_heads=HEADS)
        output = f"{name}.attention.output"
        projected = self.node("MatMul", [attended, self.transposed(f"{output}.dense.weight")], domain="")
        x = self.norm(projected, x, f"{output}.LayerNorm", f"{output}.dense.bias")
        inner = self.node("MatMul", [x, self.transposed(f"{name}.intermediate.dense.weight")], domain="")
        inner = self.node("BiasGelu", [inner, self.tensor(f"{name}.intermediate.dense.bias")])
        outer = self.node("MatMul", [inner, self.transposed(f"{name}.output.dense.weight")], domain="")
        return self.norm(outer, x, f"{name}.output.LayerNorm", f"{name}.output.dense.bias")

    def model(self):
        tables = [self.tensor(f"embeddings.{part}_embeddings.weight") for part in ["word", "position", "token_type"]]
        norm = [self.tensor(f"embeddings.LayerNorm.{part}") for part in ["weight", "bias"]]
        inputs = ["ids", "types", *tables, *norm]
        x = self.node("EmbedLayerNormalization", inputs, outputs=2, epsilon=EPSILON)
        for index in range(LAYERS):
            x = self.layer(x, f"encoder.layer.{index}")
        axes = self.constant("axes", np.array([1], dtype=np.int64))
        self.nodes.append(helper.make_node("ReduceMean", [x, axes], ["embedding"], keepdims=0))
        ids = [helper.make_tensor_value_info(name, TensorProto.INT32, [1, "tokens"]) for name in ["ids", "types"]]
        out = [helper.make_tensor_value_info("embedding", TensorProto.FLOAT, [1, HIDDEN])]
        graph = helper.make_graph(self.nodes, "minilm", ids, out, self.constants)
        opsets = [helper.make_opsetid("", 18), helper.make_opsetid("com.microsoft", 1)]
        return helper.make_model(graph, opset_imports=opsets, ir_version=10)


def main():
    weights, path = sys.argv[1:]
    onnx.save(Graph(load_file(weights)).model(), path)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    print(onnxruntime.__version__, flush=True)
    for line in sys.stdin:
        ids = np.array([line.split()], dtype=np.int32)
        started = time.thread_time()
        (embedding,) = session.run(None, {"ids": ids, "types": np.zeros_like(ids)})
        seconds = time.thread_time() - started
        embedding = embedding[0] / np.linalg.norm(embedding[0])
        print(seconds, *embedding[:4], flush=True)


if __name__ == "__main__":
    main()
