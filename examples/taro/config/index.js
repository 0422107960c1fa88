module.exports = {
  projectName: "weapp-login-example",
  designWidth: 750,
  deviceRatio: { 750: 1 },
  sourceRoot: "src",
  outputRoot: "dist",
  framework: "react",
  plugins: ["@tarojs/plugin-framework-react"],
  compiler: { type: "webpack5", prebundle: { enable: false } },
  mini: {},
};
