/** The published kit has it; tests of the model live here. */
export * from '../../src/testing/model/external-model.ts';
