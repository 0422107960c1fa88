export default defineAppConfig({ pages: ["pages/hello/index", "pages/login/index"] });
