/** The published kit has it; tests of the model live here. */
export * from '../../src/testing/model/reference-model.ts';
