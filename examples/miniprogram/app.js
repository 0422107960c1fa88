const { login } = require("./login");

App({
  onLaunch() {
    const showLogin = () => {
      const [page] = getCurrentPages().slice(-1);
      if (page?.route !== "pages/login/index") wx.reLaunch({ url: "/pages/login/index" });
    };
    login.on("needsBinding", showLogin);
    login.on("loggedOut", showLogin);
  },
});
