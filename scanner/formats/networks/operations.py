"""Kinds of layer: one word for what frameworks name differently.

Sources: the operator lists of ONNX (onnx/docs/Operators.md), TensorFlow Lite (schema.fbs), TensorFlow (ops.pbtxt),
Keras (layers), Caffe (caffe.proto), ncnn (param and model file structure), OpenVINO (opset), MXNet, PaddlePaddle,
Core ML and Darknet. What stands in none of the rows keeps its own name, in lower case.
"""

CONVOLUTION = "convolution"
DEPTHWISE = "depthwise-convolution"

_ROWS = {
    CONVOLUTION: "conv conv1d conv2d conv3d convolution convinteger qlinearconv conv2dbias fusedconv convolutional "
    "convolution1d spatialconvolution conv2dcustom qconv2d fusedconv2d con",
    DEPTHWISE: "depthwiseconv2d depthwiseconv2dnative convolutiondepthwise groupconvolution depthwiseconvolution "
    "convolutiondepthwise1d separableconv2d depthwiseconv fuseddepthwiseconv2dnative",
    "transposed-convolution": "convtranspose transposeconv deconvolution conv2dtranspose conv2dbackpropinput "
    "convolutionbackpropdata groupconvolutionbackpropdata deconv conv2dtransposebias deconvolutiondepthwise cont",
    "fully-connected": "gemm matmul innerproduct fullyconnected dense fc mul2 batchmatmul batchmatmulv2 matmulinteger "
    "qlinearmatmul qgemm linear matmulv2 fusedmatmul connected batchedmatmul",
    "batch-normalization": "batchnormalization batchnorm batchnormwithglobalnormalization fusedbatchnorm "
    "fusedbatchnormv2 fusedbatchnormv3 bncon bnfc batchnorminference scale affine batchnormalizationv1",
    "layer-normalization": "layernormalization layernorm mvn groupnorm groupnormalization rmsnorm rmsnormalization",
    "instance-normalization": "instancenormalization instancenorm",
    "local-response-normalization": "lrn localresponsenormalization",
    "prelu": "prelu",
    "relu": "relu relu6 relun1to1 clip clamp relux thresholdedrelu",
    "leaky-relu": "leakyrelu",
    "sigmoid": "sigmoid logistic hardsigmoid",
    "swish": "swish silu hardswish hswish mish",
    "gelu": "gelu",
    "elu": "elu selu",
    "tanh": "tanh",
    "softmax": "softmax logsoftmax softmaxwithloss",
    "add": "add addv2 sum eltwise elemwiseadd plus addn biasadd elementwiseadd shortcut accumulate",
    "subtract": "sub subtract minus elementwisesub",
    "multiply": "mul multiply elementwisemul",
    "divide": "div realdiv divide",
    "concat": "concat concatv2 concatenation concatenate route",
    "max-pool": "maxpool maxpool2d maxpooling2d maxpoolv2 maxpooling",
    "average-pool": "averagepool averagepool2d avgpool averagepooling2d avgpooling",
    "pool": "pooling pool2d pooling2d pool",
    "global-average-pool": "globalaveragepool globalaveragepooling2d mean reducemean globalavgpool adaptiveavgpool2d",
    "global-max-pool": "globalmaxpool globalmaxpooling2d reducemax",
    "l2-normalization": "l2normalization lpnormalization reducel2 normalizel2 l2norm normalize unitnormalization pnorm",
    "reshape": "reshape flatten squeeze unsqueeze expanddims reshape2 view permute transpose transpose2 flatten2",
    "pad": "pad padv2 mirrorpad zeropadding2d padding",
    "resize": "resize upsample resizebilinear resizenearestneighbor interp interpolate upsampling2d upsamplebilinear2d",
    "dropout": "dropout",
    "recurrent": "lstm gru rnn unidirectionalsequencelstm bidirectional tensoriterator loop lstmsequence grusequence "
    "grucell lstmcell simplernn bidirectionallstm",
    "attention": "attention multiheadattention scaleddotproductattention qattention embedlayernormalization",
    "embedding-lookup": "embedding embeddinglookup gather gatherv2 embed lookuptable lookuptablev2",
    "quantization": "quantizelinear dequantizelinear quantize dequantize dynamicquantizelinear fakequantize "
    "fakequantwithminmaxvars quantizev2 requantize",
}
_WORDS = {name: word for word, names in _ROWS.items() for name in names.split()}
_LONGEST = 64


def layer_kind(operation: str) -> str:
    """The word for an operation by its name in any framework."""
    plain = operation.rpartition("::")[2].replace("_", "").replace("-", "").replace(".", "").lower()
    return _WORDS.get(plain) or "".join(c if c.isalnum() else "-" for c in operation.lower())[:_LONGEST]
