package ort

import (
	"errors"

	onnx "github.com/yalue/onnxruntime_go"
)

// attach adds p to a session's settings; the CPU needs no adding. engines is as
// for tensorrtOptions. Errors wrap ErrProvider.
func (p Provider) attach(settings *onnx.SessionOptions, engines string) error {
	if p.kind() == CPU {
		return nil
	}
	if p.kind() == TensorRT {
		if err := p.attachTensorRT(settings, engines); err != nil {
			return explainProvider(TensorRT, err)
		}
	}
	if err := p.attachCUDA(settings); err != nil {
		return explainProvider(CUDA, err)
	}
	return nil
}

// attachCUDA stops at the first error: the runtime would append a provider
// whose options it has just refused, with defaults in their place.
func (p Provider) attachCUDA(settings *onnx.SessionOptions) (err error) {
	options, err := onnx.NewCUDAProviderOptions()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, options.Destroy()) }()
	if err := options.Update(p.cudaOptions()); err != nil {
		return err
	}
	return settings.AppendExecutionProviderCUDA(options)
}

func (p Provider) attachTensorRT(settings *onnx.SessionOptions, engines string) (err error) {
	options, err := onnx.NewTensorRTProviderOptions()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, options.Destroy()) }()
	if err := options.Update(p.tensorrtOptions(engines)); err != nil {
		return err
	}
	return settings.AppendExecutionProviderTensorRT(options)
}
