/** What the workspace set; see App config › Recordings. */
export interface Settings {
  enabled: boolean;
  samplePercent: number;
  maskText: "inputs" | "all";
  mask: string[];
  hide: string[];
  unmask: string[];
  onlyPages: string[];
  neverPages: string[];
  identifiedOnly: boolean;
  afterError: boolean;
  console: boolean;
  network: boolean;
  canvas: boolean;
}

/** What the recorder knows of the SDK that loaded it. */
export interface Host {
  readonly host: string;
  readonly key: string;
  anonymousId(): string | undefined;
  isIdentified(): boolean;
  agreed(): boolean;
}
