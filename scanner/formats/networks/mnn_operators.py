"""The operators of MNN in the order of their numbers (schema/default/MNN.fbs, enum OpType), up to the first gap."""

_NAMES = (
    "AbsVal QuantizedAdd ArgMax AsString InstanceNorm BatchToSpaceND Bias BinaryOp Bnll Cast Concat Const "
    "Convolution ConvolutionDepthwise Crop CropAndResize Cubic Deconvolution DeconvolutionDepthwise Dequantize "
    "DetectionOutput Dropout Eltwise ELU Unique Exp ExpandDims Fill Flatten FloorMod Gather GatherV2 Im2Seq "
    "InnerProduct Input Interp Log LRN LSTM MatMul MVN NonMaxSuppression NonMaxSuppressionV2 Normalize Pack "
    "Padding Permute Pooling Power PReLU PriorBox Proposal QuantizedAvgPool QuantizedBiasAdd QuantizedConcat "
    "QuantizedDepthwiseConv2D QuantizedLogistic QuantizedMatMul QuantizedMaxPool QuantizedRelu QuantizedRelu6 "
    "QuantizedReshape QuantizedSoftmax QuantizeMaxMin QuantizeV2 Range Rank ReduceJoin Reduction ReLU ReLU6 "
    "RequantizationRange Requantize Reshape Resize RNN ROIPooling Scale Selu Seq2Out Shape Sigmoid Size Slice "
    "SliceTf Softmax SpaceToBatchND SpatialProduct Split Segment Squeeze StridedSlice StringJoin StringSplit "
    "StringToNumber TanH TfQuantizedConv2D Threshold Tile TopKV2 Transpose UnaryOp Unpack Where Moments "
    "RNNSequenceGRU BatchMatMul Unsqueeze "
)
OPERATORS = dict(enumerate(_NAMES.split()))
OPERATORS |= {128: "Raster", 129: "ConvertTensor", 513: "Convolution", 514: "Cast", 515: "ConvolutionDepthwise"}
OPERATORS |= {516: "Pooling", 517: "Cast", 518: "Eltwise", 603: "LayerNorm", 604: "GridSample"}
