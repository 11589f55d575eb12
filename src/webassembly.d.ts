/** The part of the WebAssembly JavaScript interface that is used here; TypeScript declares it only together with a browser's. */
declare namespace WebAssembly {
  /** Compiled code. */
  class Module {
    private readonly compiled: unique symbol;
  }
  class Instance {
    constructor(module: Module, imports: object);
    readonly exports: Readonly<Record<string, unknown>>;
  }
  class Memory {
    readonly buffer: ArrayBuffer;
  }
  class Global {
    value: number;
  }
  function compile(bytes: Uint8Array): Promise<Module>;
}
