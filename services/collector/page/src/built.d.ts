declare module "built:texts" {
  const words: Record<string, Record<string, string>>;
  export default words;
}
declare const FILES: { address: string; sha256: string }[];
declare const RELEASE: string;
