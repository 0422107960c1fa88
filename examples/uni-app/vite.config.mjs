import uni from "@dcloudio/vite-plugin-uni";
import { defineConfig } from "vite";

// CommonJS under an ES module's name.
export default defineConfig({ plugins: [(uni.default ?? uni)()] });
